/**
 * Returns why `subject` does not run on a version of Node, with the remedy; `undefined` if the version is at least `least`, such as
 * `22.18`. `version`: value of `process.versions.node`.
 */
export function whyNodeTooOld(subject: string, least: string, version: string): string | undefined {
  const [major = 0, minor = 0] = numbersOf(version);
  const [leastMajor = 0, leastMinor = 0] = numbersOf(least);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `${subject} needs Node ${least} or later, this is ${version}; install it from nodejs.org, or with nvm install 24`;
}

const numbersOf = (version: string): readonly number[] => version.split('.').map(Number);
