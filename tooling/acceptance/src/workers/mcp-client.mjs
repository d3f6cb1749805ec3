/* global Response -- of the runtime */
import { LlmError } from '@majordomo/core';
import { connectMcp } from '@majordomo/mcp';

/** Calls a tool of the Worker that is bound as TOOLS, and then attempts to start a program. */
export default {
  async fetch(request, env) {
    const place = { url: 'https://tools.internal/mcp', fetch: (...sent) => env.TOOLS.fetch(...sent) };
    const toolbox = await connectMcp({ name: 'garden', place });
    const [dig] = toolbox.tools;
    const dug = await dig.run({ metres: 3 }, { signal: request.signal, callId: 'c1' });
    await toolbox.close();
    const error = await connectMcp({ name: 'files', place: { command: 'npx' } }).catch((thrown) => thrown);
    return Response.json({
      name: dig.name,
      dug,
      refused: LlmError.is(error) && { kind: error.kind, message: error.message },
    });
  },
};
