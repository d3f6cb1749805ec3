/**
 * Sources and stores of a catalog in files, for Node.
 * @module
 */
export { fileSource } from './node/file-source.ts';
export { fileStore } from './node/file-store.ts';
