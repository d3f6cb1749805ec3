export { folderFiles } from './node/folder-files.ts';
