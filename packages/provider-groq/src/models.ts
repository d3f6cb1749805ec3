import { groq, type ModelRule } from '@majordomo/openai-wire';

/** Groq's models by id, first match wins: those of its profile, whatever client speaks to it. */
export const GROQ_MODELS: readonly ModelRule[] = groq.models ?? [];
