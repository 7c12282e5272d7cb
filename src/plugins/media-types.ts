/** Media types by file name extension: the usual ones a person keeps. The first extension is the one a new file gets. */
const TABLE = `
image/jpeg jpg jpeg jpe jfif
image/png png
image/gif gif
image/webp webp
image/heic heic
image/heif heif hif
image/avif avif
image/jxl jxl
image/tiff tif tiff
image/bmp bmp
image/svg+xml svg svgz
image/x-canon-cr2 cr2
image/x-canon-cr3 cr3
image/x-canon-crw crw
image/x-nikon-nef nef
image/x-sony-arw arw
image/x-olympus-orf orf
image/x-panasonic-rw2 rw2
image/x-fuji-raf raf
image/x-pentax-pef pef
image/x-adobe-dng dng
image/vnd.adobe.photoshop psd
image/x-xcf xcf
video/mp4 mp4 m4v
video/quicktime mov qt
video/x-msvideo avi
video/x-matroska mkv
video/webm webm
video/mpeg mpg mpeg mpe
video/mp2t mts m2ts
video/3gpp 3gp
video/3gpp2 3g2
video/ogg ogv
video/x-ms-wmv wmv
video/x-ms-asf asf
video/x-flv flv
video/dv dv
audio/mpeg mp3 mpga mp2
audio/mp4 m4a m4b
audio/aac aac
audio/flac flac
audio/ogg ogg oga
audio/opus opus
audio/x-wav wav
audio/x-aiff aif aiff
audio/x-ms-wma wma
audio/amr amr
audio/midi mid midi
audio/x-ape ape
audio/x-matroska mka
audio/x-mpegurl m3u m3u8
audio/x-scpls pls
application/pdf pdf
application/postscript ps eps
application/epub+zip epub
application/x-mobipocket-ebook mobi prc
application/vnd.amazon.ebook azw
application/vnd.amazon.mobi8-ebook azw3
application/x-fictionbook+xml fb2
application/x-cbz cbz
application/x-cbr cbr
image/vnd.djvu djvu djv
application/vnd.oasis.opendocument.text odt
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.graphics odg
application/msword doc
application/vnd.ms-excel xls
application/vnd.ms-powerpoint ppt
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/rtf rtf
application/json json
application/xml xml
application/zip zip
application/gzip gz
application/x-tar tar
application/x-xz xz
application/zstd zst
application/x-7z-compressed 7z
application/gpx+xml gpx
application/vnd.google-earth.kml+xml kml
text/plain txt text log
text/markdown md
text/html html htm
text/css css
text/csv csv
text/vcard vcf vcard
text/calendar ics ical
text/x-vcalendar vcs
`;

/** What a file is when its extension says nothing. */
export const UNKNOWN_TYPE = 'application/octet-stream';

const byExtension = new Map<string, string>();
const byType = new Map<string, string>([['text/x-vcard', 'vcf']]);
for (const line of TABLE.trim().split('\n')) {
  const [type = '', ...extensions] = line.split(' ');
  for (const extension of extensions) byExtension.set(extension, type);
  const [first] = extensions;
  if (first !== undefined) byType.set(type, first);
}

/** The media type of a file by its name. */
export function mediaTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return (dot < 0 ? undefined : byExtension.get(name.slice(dot + 1).toLowerCase())) ?? UNKNOWN_TYPE;
}

/** Without the dot; undefined for types no extension is known of. */
export const extensionFor = (type: string): string | undefined => byType.get(essence(type));

/** The type without its parameters, in lower case. */
export const essence = (type: string): string => (type.split(';', 1)[0] ?? '').trim().toLowerCase();

/** Whether one of the patterns takes the type: `image/jpeg`, `image/*`, `*`. */
export function accepts(patterns: readonly string[], type: string): boolean {
  const plain = essence(type);
  return patterns.some((pattern) => {
    const wanted = essence(pattern);
    if (wanted === '*' || wanted === '*/*') return true;
    return wanted.endsWith('/*') ? plain.startsWith(wanted.slice(0, -1)) : plain === wanted;
  });
}
