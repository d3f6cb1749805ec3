const FILES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'there is no such folder',
  EACCES: 'it is not allowed',
  EEXIST: 'it is there already',
};

/** What an error says, whatever was thrown; of files in plain words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = 'code' in error && typeof error.code === 'string' ? FILES[error.code] : undefined;
  return known ?? error.message;
}
