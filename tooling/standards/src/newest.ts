/**
 * Returns the packages of a manifest in their newest versions, as arguments of npm. An alias such as `openai-6` keeps its major
 * version. `versions`: exact versions by name.
 */
export function newestOf(versions: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(versions).map(([name, version]) => {
    const [, packageName, exact] = /^npm:(.+)@([^@]+)$/.exec(version) ?? [];
    return exact === undefined ? `${name}@>=${version}` : `${name}@npm:${packageName}@^${exact}`;
  });
}
