import { quirksFromParams, type QuirkValues } from '@majordomo/wire-kit/internal';
import { listOf, WIRE_QUIRK_VALUES } from '../quirk-values.ts';
import { RESPONSES_PARAMETERS, type ResponsesQuirks } from './quirks.ts';

/** Values that a DSN accepts for each quirk. A query does not set the excluded quirks, which are objects or any text. */
const VALUES: {
  readonly [
    Name in Exclude<keyof ResponsesQuirks, 'extraBody' | 'defaultInstructions' | 'serviceTiers'>
  ]: QuirkValues<ResponsesQuirks[Name]>;
} = {
  ...WIRE_QUIRK_VALUES,
  systemRole: ['instructions', 'developer', 'system'],
  reasoningRequest: ['effort', 'none'],
  reasoningOff: ['none', 'minimal', 'low', 'omit'],
  reasoningSummary: ['auto', 'omit'],
  reasoningReplay: ['encrypted', 'text', 'omit'],
  toolResult: ['parts', 'text'],
  toolLoading: ['additional_tools', 'none'],
  delivery: ['any', 'stream'],
  refuses: listOf(RESPONSES_PARAMETERS),
};

/**
 * Returns the quirks in the query of a DSN, such as `?systemRole=developer`. Throws `config` for an unknown name or value.
 *
 * @param where subject of the error message, such as the name of the environment variable
 */
export const responsesQuirksFromParams = (
  params: Readonly<Record<string, string>>,
  where: string,
): Partial<ResponsesQuirks> => quirksFromParams(params, VALUES, where);
