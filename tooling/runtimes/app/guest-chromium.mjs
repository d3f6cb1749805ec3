import { Anthropic } from '@anthropic-ai/sdk';
import { OpenAI } from 'openai';
import { serve } from './guest.mjs';
import { insist } from './providers.mjs';

insist((side, { apiKey = 'none', baseURL }) => {
  const Client = side === 'anthropic-messages' ? Anthropic : OpenAI;
  return new Client({ apiKey, baseURL, dangerouslyAllowBrowser: true });
});
await serve(location.origin);
