interface Process {
  getBuiltinModule?(name: string): unknown;
}

/**
 * Returns a built-in module of Node, Bun or Deno, or `undefined` in another runtime. An import would break bundles for Workers and
 * browsers. `Module` has the members that the caller uses.
 *
 * @example builtinModule<{ tmpdir(): string }>('node:os')?.tmpdir()
 */
export function builtinModule<Module>(name: `node:${string}`): Module | undefined {
  const { process } = globalThis as { readonly process?: Process };
  return process?.getBuiltinModule?.(name) as Module | undefined;
}
