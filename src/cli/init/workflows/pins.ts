/** Actions are pinned to commits, because a tag can be moved to other code. */
export const CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
export const SETUP_NODE = "actions/setup-node@48b55a011bda9f5d6aeb4c2d9c7362e8dae4041e # v6.4.0";
export const RUNNER = "ubuntu-24.04";
export const NODE_VERSION = "24.21.0";
/** The version of PostgreSQL's driver in repositories without a lock file. */
export const PG_VERSION = "8.23.1";
