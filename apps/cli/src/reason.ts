const FILES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'it is not allowed',
  EEXIST: 'it is there already',
};

/** Returns the message of any thrown value, in plain words for file errors. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = 'code' in error && typeof error.code === 'string' ? FILES[error.code] : undefined;
  return known ?? error.message;
}
