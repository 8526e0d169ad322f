import type { Messages } from "./en.ts";

export const ko: Messages = {
  uploading: () => "업로드 요청중입니다. 기다려주세요!",
  uploaded: (names) => `업로드 완료: ${names}`,
  nothingUploaded: "업로드된 파일이 없습니다.",
  tagTooLong: "태그가 너무 길어 Slack에 표시할 수 없습니다.",
  failures: {
    too_large: ({ size, limit }) =>
      size === undefined
        ? `제한 용량 ${limit}보다 큽니다. 용량을 줄여 다시 올려주세요.`
        : `용량이 ${size}로 제한 용량 ${limit}보다 큽니다. 용량을 줄여 다시 올려주세요.`,
    not_an_image: () =>
      "PNG, JPG, GIF, WebP, AVIF 이미지가 아닙니다. 이 중 하나로 변환해 다시 올려주세요.",
    no_access: () =>
      "앱이 파일을 읽을 수 없습니다. 앱을 이 채널에 초대해주세요. 이미 초대했다면 files:read 권한이 없는 것입니다.",
    gone: () => "Slack에 더 이상 없는 파일입니다. 다시 올려주세요.",
    external: () => "Slack 밖에 있거나 다른 조직의 파일입니다. 이미지를 직접 올려주세요.",
    not_downloaded: () => "Slack에서 파일을 받지 못했습니다. 잠시 후 다시 올려주세요.",
    not_stored: () =>
      "저장하지 못했습니다. 잠시 후 다시 올려주세요. 계속되면 앱 관리자에게 알려주세요.",
  },
};
