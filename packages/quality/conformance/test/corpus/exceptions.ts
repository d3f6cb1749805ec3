/** Recorded requests that a vendor accepted although a rule rejects them, with the reason. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'anthropic/msg-s-structured-24-claude-agent-sdk-v1-messages-beta-true-pos': 'the prompt was withheld',
  'anthropic/msg-s-tools-50-claude-agent-sdk-v1-messages-beta-true-pos': 'the prompt was withheld',
  'anthropic/msg-s-tools-62-claude-agent-sdk-v1-messages-beta-true-pos': 'the prompt was withheld',
  'anthropic/msg-s-tools-86-claude-agent-sdk-v1-messages-beta-true-pos': 'the prompt was withheld',
  'vertex/msg-s-tools-05-simple-object-streaming-yaml':
    'Vertex: the model is in the path, anthropic_version in the body',
  'vertex/msg-u-text-02-simple-yaml': 'Vertex: the model is in the path, anthropic_version in the body',
  'vertex/msg-u-tools-04-simple-object-yaml':
    'Vertex: the model is in the path, anthropic_version in the body',
  'mistral/chat-s-text-31-streaming-agent-sends-audio-yaml': 'the audio was elided',
  'ollama/chat-u-text-04-chat-vision-models-ollama-granite3-2-visio': 'the image was elided',
  'mistral/chat-u-structured-26-a-forced-tool-choice-beside-a-response-for':
    'the recorder replaced the tool call id',
  'huggingface/chat-u-text-07-test-image-url-input-yaml':
    'Hugging Face ignores keys that are null, and an empty list of tools (2025)',
  'huggingface/chat-u-length-04-test-max-completion-tokens-yaml':
    'Hugging Face accepts an empty list of tools (2025)',
  'openai/chat-u-text-68-chat-completion-image-input-yaml':
    'gpt-4-vision-preview accepted image_url as a string (2023)',
  'gemini/gen-u-reasoning-52-test-multimodal-tool-return-matrix-tool-re': 'the image was elided',
  'openai/resp-u-text-66-response-with-file-inputs-yaml': 'a stored prompt contains model and input',
  'vertex/gen-u-reasoning-23-chat-multimodal-tool-attachments-vertexai': 'the document was elided',
  'gemini/gemini-u-06-chat-multimodal-tool-attachments-gemini-gemi/1': 'the document was elided',
};
