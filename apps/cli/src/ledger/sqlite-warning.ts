/** Suppresses Node's warning that `node:sqlite` is experimental. */
export async function withoutSqliteWarning<T>(load: () => Promise<T>): Promise<T> {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is')) Reflect.apply(emitWarning, process, warning);
  };
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
