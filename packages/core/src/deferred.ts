/**
 * Loads what core loads when it is first used. For tests with a clock of their own: the loading of a file takes time that
 * such a clock does not see.
 */
export async function loadDeferred(): Promise<void> {
  await Promise.all([import('./schema/rounds.ts'), import('./schema/json-schema.ts')]);
}
