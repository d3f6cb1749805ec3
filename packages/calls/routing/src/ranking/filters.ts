import { formatUsd } from '@majordomo/catalog';
import type { RankedTarget } from './ranked-target.ts';
import type { Requirements } from './requirements.ts';

type Filter = (subject: RankedTarget, wanted: Requirements) => string | undefined;

const FILTERS: readonly Filter[] = [
  ({ facts }, { today }) => {
    const retires = facts?.retires;
    return retires !== undefined && isRetired(retires, today) ? `was retired on ${retires}` : undefined;
  },
  (subject, { tools }) => (tools && supportsTools(subject) === false ? 'does not support tools' : undefined),
  (subject, { images }) =>
    images && supportsImages(subject) === false ? 'does not support images' : undefined,
  (subject, { structured }) =>
    structured && supportsSchema(subject) === false ? 'does not support schemas' : undefined,
  (subject, { reasoning }) => {
    const thinks = supportsReasoning(subject);
    if (reasoning === true && thinks === false) return 'does not support reasoning';
    return reasoning === false && thinks === true ? 'uses reasoning, which is excluded' : undefined;
  },
  fitsContext,
  fitsPrice,
];

/** Returns the reason why a target cannot be used for the request, or `undefined` if no known fact excludes it. */
export function rejectionReason(subject: RankedTarget, wanted: Requirements): string | undefined {
  for (const filter of FILTERS) {
    const why = filter(subject, wanted);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Whether a model with this retirement date is retired. A model whose date has no day is retired after the end of the month. */
export const isRetired = (retires: string, today: string): boolean =>
  retires.length > 7 ? retires <= today : retires < today.slice(0, retires.length);

// Capabilities that a provider declares take precedence over the catalog.
const supportsTools = ({ capabilities, facts }: RankedTarget): boolean | undefined =>
  capabilities.tools ?? facts?.tools;
const supportsImages = ({ capabilities, facts }: RankedTarget): boolean | undefined =>
  capabilities.images === undefined ? facts?.input.includes('image') : capabilities.images !== false;
const supportsSchema = ({ capabilities, facts }: RankedTarget): boolean | undefined =>
  capabilities.output === undefined ? facts?.structured : capabilities.output !== false;
const supportsReasoning = ({ capabilities, facts }: RankedTarget): boolean | undefined =>
  capabilities.reasoning ?? facts?.reasoning;

function fitsContext(
  { context, inputTokens, facts }: RankedTarget,
  { contextTokens, answerTokens }: Requirements,
): string | undefined {
  const needed = Math.max(contextTokens, inputTokens + answerTokens);
  if (context !== undefined && context < needed)
    return `its context of ${context} tokens is too small for about ${needed}`;
  const most = facts?.maxInputTokens;
  return most !== undefined && most < inputTokens
    ? `its input of at most ${most} tokens is too small for about ${inputTokens}`
    : undefined;
}

function fitsPrice({ nanoUsd, billing }: RankedTarget, { maxNanoUsd }: Requirements): string | undefined {
  if (maxNanoUsd === undefined || billing === 'included') return undefined;
  const most = formatUsd(maxNanoUsd);
  if (nanoUsd === undefined) return `its price is unknown, so ${most} per call cannot be guaranteed`;
  return nanoUsd > maxNanoUsd ? `costs about ${formatUsd(nanoUsd)} per call, more than ${most}` : undefined;
}
