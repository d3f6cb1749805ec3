import { serve } from './guest.mjs';

await serve(process.argv[2]);
