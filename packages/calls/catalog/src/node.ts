export { fileSource } from './node/file-source.ts';
export { fileStore } from './node/file-store.ts';
