import { agent } from './agent.mjs';
import { books } from './books.mjs';
import { call } from './call.mjs';
import { coldDelta } from './cold-delta.mjs';
import { concurrent } from './concurrent.mjs';
import { coldImport } from './import.mjs';
import { failover } from './failover.mjs';
import { firstDelta } from './first-delta.mjs';
import { gateway } from './gateway.mjs';
import { growth } from './growth.mjs';
import { images } from './images.mjs';
import { layers } from './layers.mjs';
import { lint } from './lint.mjs';
import { peers } from './peers.mjs';
import { scale } from './scale.mjs';
import { coldStart } from './start.mjs';
import { stream } from './stream.mjs';
import { telemetry } from './telemetry.mjs';
import { toolArguments } from './tool-arguments.mjs';
import { tools } from './tools.mjs';
import { vectors } from './vectors.mjs';

/** In the order of the tables. */
export const SCENARIOS = [
  call,
  stream,
  firstDelta,
  toolArguments,
  concurrent,
  agent,
  failover,
  gateway,
  scale,
  growth,
  layers,
  telemetry,
  books,
  coldImport,
  coldStart,
  coldDelta,
  tools,
  images,
  vectors,
  lint,
  peers,
];
