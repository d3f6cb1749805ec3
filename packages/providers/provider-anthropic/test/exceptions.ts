/** Recording that cannot be reproduced, with the vendor's reason and the date. */
export interface Exception {
  readonly id: string;
  readonly fact: string;
  readonly date: string;
}

/** At most 2 % of the recordings. A test fails on an exception that no recording needs. */
export const EXCEPTIONS: readonly Exception[] = [];
