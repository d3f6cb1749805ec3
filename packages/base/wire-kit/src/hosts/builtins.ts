// Members of Node's built-ins that this folder uses.

export interface Net {
  readonly BlockList: new () => {
    addSubnet(net: string, bits: number, family: 'ipv4' | 'ipv6'): void;
    check(address: string, family: 'ipv4' | 'ipv6'): boolean;
  };
  isIPv4(address: string): boolean;
  isIPv6(address: string): boolean;
}

interface Dns {
  lookup(
    host: string,
    options: { readonly all: true },
  ): Promise<readonly { readonly address: string; readonly family: number }[]>;
}

interface Builtins {
  readonly 'node:net': Net;
  readonly 'node:dns/promises': Dns;
}

interface Process {
  getBuiltinModule?<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined;
}

/**
 * Returns a built-in of Node, Bun or Deno, or `undefined` in another runtime. An import would break bundles for Workers and
 * browsers.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  const { process } = globalThis as { readonly process?: Process };
  return process?.getBuiltinModule?.(name);
}
