import { describe, it } from 'vitest';
import { isRequired, missing, type Service } from './binaries.ts';

/**
 * Declares a group of tests that need this service. If the service is not installed, the tests are skipped and their name
 * contains the reason. In CI, where the install script has run, this is a failure. `pnpm test` lists all missing services once.
 */
export function describeWith(service: Service, name: string, tests: () => void): void {
  const why = missing(service);
  if (why === undefined) {
    describe(name, tests);
  } else if (!isRequired()) {
    describe.skip(`${name} (skipped: ${service} is ${why})`, tests);
  } else {
    describe(name, () => {
      it(`has ${service}`, () => {
        throw new Error(`${service} is ${why}; in CI, tests that need it must not be skipped`);
      });
    });
  }
}
