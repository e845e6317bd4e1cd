/** A piece of text. */
export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** A picture, inline. */
export interface ImagePart {
  readonly type: "image";
  /** IANA media type, such as `image/png`. */
  readonly mediaType: string;
  /** The bytes in base64. */
  readonly data: string;
}

/** Part of an observation or message. */
export type ContentPart = TextPart | ImagePart;

/** What an environment shows or a message says: text, or parts where a task shows pictures. */
export type Content = string | readonly ContentPart[];

/** The text of `content`; pictures become `[image]`. */
export function textOf(content: Content): string {
  if (typeof content === "string") return content;
  return content.map((part) => (part.type === "text" ? part.text : "[image]")).join("\n");
}

/** Puts one content after another with `separator` between; text stays text. */
export function joinContent(parts: readonly Content[], separator = "\n"): Content {
  if (parts.every((part) => typeof part === "string")) return parts.join(separator);
  const joined: ContentPart[] = [];
  for (const part of parts) {
    if (typeof part !== "string") joined.push(...part);
    else if (part !== "") joined.push({ type: "text", text: part });
  }
  return joined;
}
