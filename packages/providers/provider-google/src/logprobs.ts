import type { TokenLogprob } from '@majordomo/core';

/** Log probabilities of a candidate (`LogprobsResult` of @google/genai 3.1). */
export interface WireLogprobs {
  readonly chosenCandidates?: readonly WireToken[];
  readonly topCandidates?: readonly { readonly candidates?: readonly WireToken[] }[];
}
interface WireToken {
  readonly token?: string;
  readonly logProbability?: number;
}

const tokenOf = ({ token, logProbability }: WireToken): { token: string; logprob: number } => ({
  token: token ?? '',
  logprob: logProbability ?? 0,
});

export const logprobsOf = ({
  chosenCandidates = [],
  topCandidates = [],
}: WireLogprobs): readonly TokenLogprob[] =>
  chosenCandidates.map((chosen, at) => ({
    ...tokenOf(chosen),
    top: (topCandidates[at]?.candidates ?? []).map(tokenOf),
  }));
