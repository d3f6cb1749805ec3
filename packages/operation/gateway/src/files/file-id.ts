/** Form of the ids of files. */
export const FILE_ID: RegExp = /^file-[0-9a-f]{32}$/;
