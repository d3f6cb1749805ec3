/**
 * Instructions and references of a conversation from files, folders and git, for Node.
 * @module
 */
export { contextFiles, type ContextFiles, type ContextFilesOptions } from './node/context-files.ts';
export { openInside, type OpenedInside, type OpenProblem } from './node/open-inside.ts';
export { resolveReferences, type ReferenceOptions, type ResolvedReferences } from './node/references.ts';
export type { FetchReference } from './node/fetch-reference.ts';
