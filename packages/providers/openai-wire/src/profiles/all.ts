// Written by `pnpm generate`.
import type { Profile } from '../profile.ts';
import { alibaba } from './alibaba.ts';
import { baseten } from './baseten.ts';
import { cerebras } from './cerebras.ts';
import { cohere } from './cohere.ts';
import { deepinfra } from './deepinfra.ts';
import { deepseek } from './deepseek.ts';
import { fireworks } from './fireworks.ts';
import { githubModels } from './github-models.ts';
import { groq } from './groq.ts';
import { huggingface } from './huggingface.ts';
import { jina } from './jina.ts';
import { llamacpp } from './llamacpp.ts';
import { lmstudio } from './lmstudio.ts';
import { mimo } from './mimo.ts';
import { minimax } from './minimax.ts';
import { mistral } from './mistral.ts';
import { moonshot } from './moonshot.ts';
import { nebius } from './nebius.ts';
import { nvidia } from './nvidia.ts';
import { openrouter } from './openrouter.ts';
import { ovhcloud } from './ovhcloud.ts';
import { perplexity } from './perplexity.ts';
import { poolside } from './poolside.ts';
import { sambanova } from './sambanova.ts';
import { scaleway } from './scaleway.ts';
import { sglang } from './sglang.ts';
import { together } from './together.ts';
import { typesafe } from './typesafe.ts';
import { vercelGateway } from './vercel-gateway.ts';
import { vllm } from './vllm.ts';
import { voyage } from './voyage.ts';
import { xai } from './xai.ts';
import { zai } from './zai.ts';

/** Profiles for Chat Completions that need no parameters. Servers that run on the user's machine are last. */
export const PROFILES: readonly Profile[] = [
  alibaba,
  baseten,
  cerebras,
  cohere,
  deepinfra,
  deepseek,
  fireworks,
  githubModels,
  groq,
  huggingface,
  jina,
  mimo,
  minimax,
  mistral,
  moonshot,
  nebius,
  nvidia,
  openrouter,
  ovhcloud,
  perplexity,
  poolside,
  sambanova,
  scaleway,
  together,
  typesafe,
  vercelGateway,
  voyage,
  xai,
  zai,
  llamacpp,
  lmstudio,
  sglang,
  vllm,
];
