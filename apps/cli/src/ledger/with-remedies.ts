import type { AttemptInfo, Denial, Gate, Permit } from '@majordomo/core';

/** Pairs of an advice in the denials of `@majordomo/ledger`, and the advice that replaces it. */
const REMEDIES = [
  [
    'add one with catalog.with(…)',
    'add one to "ledger.prices" in majordomo.config, or set "ledger.unknownPrice" to "admit"',
  ],
  [
    "create the ledger with unknownPrice: 'admit'",
    'set "ledger.unknownPrice" to "admit" in majordomo.config',
  ],
  [
    "lower maxTokens, shorten the input, or create the ledger with reserve: 'likely'",
    'set a maximum number of output tokens, shorten the input, or set "ledger.reserve" to "likely" in majordomo.config',
  ],
] as const;

/** Returns a ledger's gate whose denials name options of the configuration, because users of the command do not call functions. */
export function withRemedies(gate: Gate): Gate {
  const { precheck } = gate;
  return {
    ...gate,
    precheck: precheck && (async (attempt) => renamed(await precheck(attempt))),
    admit: async (attempt: AttemptInfo) => renamed(await gate.admit(attempt)),
  };
}

/** Codes of the denials that contain an advice of `REMEDIES`. */
const CODES: readonly unknown[] = ['no-price', 'call-too-large'];

function renamed<Decision extends Denial | Permit | undefined>(decision: Decision): Decision {
  if (decision === undefined || !('deny' in decision) || !CODES.includes(decision.code)) return decision;
  const deny = REMEDIES.reduce((text, [code, option]) => text.replace(code, option), decision.deny);
  return { ...decision, deny };
}
