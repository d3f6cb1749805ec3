export { trajectoryOf, type RunDescription, type Trajectory, type TrajectoryTool } from './trajectory.ts';
export { trajectoryWriter, type TrajectoryWriter, type WriterOptions } from './writer.ts';
export type { LineFormat } from './clean-trajectory.ts';
export { parseTrajectory, toLine } from './line.ts';
export { toShareGpt, type ShareGpt, type ShareGptTurn } from './sharegpt.ts';
export { compress, type CompressedConversation, type CompressOptions } from './compress.ts';
export { replay, type ReplayedTurn } from './replay.ts';

// Types of other packages that the public API uses.
export type { RunError, RunResult } from '@majordomo/agent';
export type { CallOptions, ChatModel, ChatResponse, AssistantMessage, Message, Usage } from '@majordomo/core';
export type { Redactor } from '@majordomo/redact';
