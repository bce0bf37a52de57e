/** Asks the author for what the report in the comment cannot contain. */
export const PULL_REQUEST_TEMPLATE = `## What changes


## Why


## How to undo it

<!-- For a flag: hoist rollback KEY --pr, or immediately: hoist kill KEY. -->
`;
