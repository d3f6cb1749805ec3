const FILES: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist',
  EISDIR: 'it is a folder',
  ENOTDIR: 'the folder does not exist',
  EACCES: 'permission denied',
  EEXIST: 'the file already exists',
};

/** Returns the message of any thrown value. Codes of file errors are replaced with a description. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = 'code' in error && typeof error.code === 'string' ? FILES[error.code] : undefined;
  return known ?? error.message;
}
