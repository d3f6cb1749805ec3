/**
 * Sources of a catalog in files, for Node.
 * @module
 */
export { fileSource } from './node/file-source.ts';
