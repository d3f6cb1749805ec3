import type { Claim } from '@majordomo/ledger';

type Used = readonly { readonly counter: string; readonly amount: bigint }[];

/** Simple ledger without leases and periods, with which the results of stores are compared. */
export class InMemoryLedger {
  private readonly used = new Map<string, bigint>();
  private readonly open = new Map<string, readonly Claim[]>();
  private readonly ids = new Set<string>();
  private readonly touched = new Set<string>();

  /** Reserves the claims, at most one per counter, if all of them fit. Returns whether they fit, or whether the id was accepted before. */
  reserve(id: string, claims: readonly Claim[]): boolean {
    if (this.ids.has(id)) return true;
    if (claims.some(({ counter, max, amount }) => this.usedOf(counter) + this.heldOf(counter) + amount > max))
      return false;
    this.ids.add(id);
    this.open.set(id, claims);
    for (const { counter } of claims) this.touched.add(counter);
    return true;
  }

  settle(id: string, used: Used): boolean {
    const claims = this.open.get(id);
    if (claims === undefined) return false;
    this.open.delete(id);
    for (const { counter, amount } of used)
      if (claims.some((claim) => claim.counter === counter))
        this.used.set(counter, this.usedOf(counter) + amount);
    return true;
  }

  amounts(): Record<string, readonly [bigint, bigint]> {
    const names = [...this.touched].sort();
    return Object.fromEntries(names.map((name) => [name, [this.usedOf(name), this.heldOf(name)]]));
  }

  private usedOf(counter: string): bigint {
    return this.used.get(counter) ?? 0n;
  }

  private heldOf(counter: string): bigint {
    const claims = [...this.open.values()].flat();
    return claims.reduce((sum, claim) => (claim.counter === counter ? sum + claim.amount : sum), 0n);
  }
}
