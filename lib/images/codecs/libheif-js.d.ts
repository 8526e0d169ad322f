/** Declares what heic-worker.js uses, which neither the package nor @types/node 20 declares. */

declare module "libheif-js/libheif-wasm/libheif-bundle.js" {
  export interface HeifError {
    code: { value: number };
    subcode: { value: number };
    message: string;
  }

  /** A C++ object, identified by its address in libheif's memory. */
  export interface Pointer {
    $$: { ptr: number };
  }

  export interface DecodedImage {
    image: Pointer;
    /** Row by row, as a view of that memory. */
    channels: { stride: number; data: Uint8Array }[];
  }

  export interface LibheifOptions {
    /** Emscripten calls it as a method of its own options, instead of compiling `wasmBinary` itself. */
    instantiateWasm(
      this: { readonly wasmBinary: Uint8Array },
      imports: object,
      receive: (instance: WebAssembly.Instance) => object,
    ): object;
  }

  export interface Libheif {
    HEAP32: Int32Array;
    heif_error_code: { heif_error_Ok: { value: number } };
    heif_suberror_code: { heif_suberror_NCLX_colr_VUI_mismatch: { value: number } };
    heif_colorspace: { heif_colorspace_RGB: object };
    heif_chroma: { heif_chroma_interleaved_RGB: object; heif_chroma_interleaved_RGBA: object };
    heif_context_alloc(): Pointer;
    heif_context_read_from_memory(context: Pointer, bytes: Uint8Array): HeifError;
    heif_context_get_primary_image_handle(context: Pointer): Pointer | HeifError;
    heif_image_handle_get_width(handle: Pointer): number;
    heif_image_handle_get_height(handle: Pointer): number;
    heif_image_handle_has_alpha_channel(handle: Pointer): number;
    heif_image_handle_is_premultiplied_alpha(handle: Pointer): number;
    heif_js_decode_image2(
      handle: Pointer,
      colorspace: object,
      chroma: object,
    ): DecodedImage | HeifError;
    _heif_image_get_decoding_warnings(
      image: number,
      first: number,
      errors: number,
      count: number,
    ): number;
    _malloc(bytes: number): number;
  }

  export default function createLibheif(options?: LibheifOptions): Libheif;
}

declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow: (this: Memory, pages: number) => number;
  }

  const Memory: { readonly prototype: Memory };

  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;

  interface Instance {
    readonly exports: object;
  }
  const Instance: new (module: Module, imports: object) => Instance;
}
