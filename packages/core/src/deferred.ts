/**
 * Loads what core loads when it is first used. For tests with a clock of their own: the loading of a file takes time that
 * such a clock does not see.
 */
export async function loadDeferred(): Promise<void> {
  await Promise.all([
    import('./chain/none-left.ts'),
    import('./chain/hedge.ts'),
    import('./chain/watched-attempt.ts'),
    import('./client/listed.ts'),
    import('./client/resolved.ts'),
    import('./error/foreign-error.ts'),
    import('./gates/enter-lane.ts'),
    import('./operations/continued-chat.ts'),
    import('./client/further-calls.ts'),
    import('./prepare/fit-history.ts'),
    import('./prepare/stand-in.ts'),
    import('./schema/json-schema.ts'),
    import('./schema/object-run.ts'),
    import('./schema/rounds.ts'),
  ]);
}
