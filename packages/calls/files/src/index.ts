export { createFiles } from './create-files.ts';
export { memoryFiles } from './memory-files.ts';
export { readBlobs } from './read-blobs.ts';
export type { FileContentStore, StoredFile } from './content-store.ts';
export type { FileEvent, Files, FilesOptions } from './contract.ts';

// Types of other packages that the public API uses.
export type { RecordStore } from '@majordomo/records';
