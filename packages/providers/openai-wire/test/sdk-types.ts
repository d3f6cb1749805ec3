/** Returns the names of the members of an interface in the text of a `.d.ts` file. Throws if the interface does not exist. */
export function interfaceMembers(types: string, name: string): readonly string[] {
  const start = types.search(new RegExp(`export (?:declare )?interface ${name}(?: extends [^{]*)? \\{`));
  if (start < 0) throw new Error(`the types contain no interface ${name}`);
  const body = types.slice(types.indexOf('{', start) + 1, types.indexOf('\n}', start));
  // Members are indented by four spaces. Members of nested types have a larger indentation.
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, member = '']) => member);
}
