import type {
  AudioFormat,
  ContentBlock,
  DocumentFormat,
  ImageFormat,
  VideoFormat,
} from '@aws-sdk/client-bedrock-runtime';
import { paragraphsOf } from '@majordomo/claude';
import { LlmError } from '@majordomo/core';
import type { AudioPart, FilePart, ImagePart } from '@majordomo/core';

const IMAGE_FORMATS: Readonly<Record<string, ImageFormat>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

/** Converts an image to a content block. The SDK encodes the bytes. */
export function imageBlock({ mediaType, bytes }: ImagePart): ContentBlock.ImageMember {
  const format = formatOf('an image', mediaType, IMAGE_FORMATS);
  return { image: { format, source: { bytes } } };
}

/** Document formats by media type (`DocumentFormat` of @aws-sdk/client-bedrock-runtime 3.1162). */
export const DOCUMENT_FORMATS: Readonly<Record<string, DocumentFormat>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/markdown': 'md',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

/** Video formats by media type (`VideoFormat` of @aws-sdk/client-bedrock-runtime 3.1162). */
export const VIDEO_FORMATS: Readonly<Record<string, VideoFormat>> = {
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-matroska': 'mkv',
  'video/webm': 'webm',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpeg',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': 'three_gp',
};

/** Converts a document or a video to a content block. `name` is used for documents only. */
export function fileBlock(file: FilePart, name: string): ContentBlock {
  const video = VIDEO_FORMATS[file.mediaType];
  if (video !== undefined) return { video: { format: video, source: { bytes: file.bytes } } };
  return documentBlock(file, name);
}

/** Converts a document, or a text with a source to a search result. `name` is used for documents only. */
export function documentBlock(
  file: FilePart,
  name: string,
): ContentBlock.DocumentMember | ContentBlock.SearchResultMember {
  const { mediaType, bytes, title, context, source } = file;
  const citations = file.citations === true ? { citations: { enabled: true } } : undefined;
  if (source !== undefined)
    return {
      searchResult: {
        title: title ?? file.name ?? source,
        source,
        content: paragraphsOf(file).map((text) => ({ text })),
        ...citations,
      },
    };
  const format = formatOf('a file', mediaType, DOCUMENT_FORMATS);
  return {
    document: { format, name, source: { bytes }, ...(context !== undefined && { context }), ...citations },
  };
}

/** Audio formats by media type (`AudioFormat` of @aws-sdk/client-bedrock-runtime 3.1162). */
export const AUDIO_FORMATS: Readonly<Record<string, AudioFormat>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/opus': 'opus',
  'audio/flac': 'flac',
  'audio/aac': 'aac',
  'audio/mp4': 'mp4',
  'audio/webm': 'webm',
};

export function audioBlock({ mediaType, bytes }: AudioPart): ContentBlock.AudioMember {
  return { audio: { format: formatOf('audio', mediaType, AUDIO_FORMATS), source: { bytes } } };
}

function formatOf<F extends string>(what: string, type: string, formats: Readonly<Record<string, F>>): F {
  const format = formats[type];
  if (format !== undefined) return format;
  const known = [...new Set(Object.values(formats))].join(', ');
  throw new LlmError('unsupported', `${what} of type "${type}" is not supported; use ${known}`);
}
