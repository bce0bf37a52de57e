/** What a pull request is asked for, beside what the comment finds out by itself. */
export const PULL_REQUEST_TEMPLATE = `## What changes


## Why


## How to undo it

<!-- For a flag: hoist rollback KEY --pr, or at once hoist kill KEY. -->
`;
