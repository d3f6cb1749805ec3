/**
 * Whether a model id is the id of a research agent. Agents have no generateContent, and answer only as background interactions. Source:
 * `AgentOption` and `DeepResearchAgentConfig` of @google/genai 3.3.
 */
export const isAgent = (modelId: string): boolean => modelId.startsWith('deep-research-');
