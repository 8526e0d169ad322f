import type { Messages } from "./en.ts";

export const ko: Messages = {
  uploading: (count) => `이미지 ${count}개를 업로드하는 중입니다. 잠시만 기다려 주세요!`,
  uploaded: ({ names, uploaded, failed }) => {
    if (names === "") {
      return "삭제되었습니다.";
    }
    const notUploaded = failed === 0 ? "" : `, ${failed}개 실패`;
    return `이미지 ${uploaded}개 업로드 완료${notUploaded}: ${names}`;
  },
  nothingUploaded: "업로드된 파일이 없습니다.",
  notUploaded: (count) => `이미지 ${count}개를 업로드하지 못했습니다.`,
  locationRemoved: "위치 정보 삭제됨",
  credentialsRemoved: "콘텐츠 자격 증명 삭제됨",
  hdrRemoved: "HDR 밝기 정보 삭제됨",
  halved: (pixels) => `${pixels} 픽셀의 절반`,
  previewTaken: "사진을 변환하지 못해 Slack 미리보기로 대신함",
  noDescription: "설명 없음",
  pending: "업로드하는 중…",
  deleting: "삭제하는 중…",
  deleted: "삭제됨",
  deletedButCached:
    "버킷에서는 삭제했지만 CDN에 사본이 남아 있어 최대 1년 동안 페이지에 표시될 수 있습니다. 앱 관리자에게 알려 주세요.",
  formats: {
    html: "HTML",
    wrapped: "래퍼가 있는 HTML",
    markdown: "Markdown",
    url: "URL",
    custom: "템플릿",
    picture: "반응형 HTML",
  },
  tagTooLong: "태그가 너무 길어 Slack에 표시할 수 없습니다.",
  failures: {
    empty: () => "빈 파일입니다. 이미지를 다시 내보낸 뒤 올려 주세요.",
    too_large: ({ size, limit }) =>
      size === undefined
        ? `제한 용량 ${limit}보다 큽니다. 용량을 줄여 다시 올려 주세요.`
        : `용량이 ${size}로 제한 용량 ${limit}보다 큽니다. 용량을 줄여 다시 올려 주세요.`,
    too_many_pixels: ({ maxMegapixels }) =>
      `${maxMegapixels}메가픽셀보다 큽니다. 크기를 줄여 다시 올려 주세요.`,
    svg: () =>
      "SVG는 페이지에서 스크립트를 실행할 수 있어 올릴 수 없습니다. PNG로 내보내 올려 주세요.",
    tiff_or_bmp: () =>
      "TIFF와 BMP는 웹에서 잘 쓰이지 않는 형식입니다. PNG나 JPG로 내보내 올려 주세요.",
    jxl: () => "JPEG XL은 아직 일부 브라우저에서만 보입니다. PNG나 JPG로 내보내 올려 주세요.",
    heic: () =>
      "HEIC 사진을 변환하지 못했습니다. JPG로 내보내 올려 주세요. iPhone에서는 설정 → 카메라 → 포맷 → 높은 호환성으로 바꾸면 JPG로 찍힙니다.",
    not_an_image: () =>
      "PNG, JPG, GIF, WebP, AVIF, HEIC 이미지가 아닙니다. PNG나 JPG로 변환해 올려 주세요.",
    not_safe: () =>
      "파일이 손상되어 개인 정보가 없는지 확인할 수 없습니다. 이미지를 열어 다시 내보낸 뒤 올려 주세요.",
    no_access: () =>
      "앱이 파일을 읽을 수 없습니다. 앱을 이 채널에 초대해 주세요. 이미 초대했다면 files:read 권한이 없는 것입니다.",
    gone: () => "Slack에 더 이상 없는 파일입니다. 다시 올려 주세요.",
    external: () => "Slack 밖에 있거나 다른 조직의 파일입니다. 이미지를 직접 올려 주세요.",
    not_ready: () => "Slack에서 아직 파일을 준비하고 있습니다. 잠시 후 다시 시도해 주세요.",
    not_downloaded: () => "Slack에서 파일을 받지 못했습니다. 잠시 후 다시 시도해 주세요.",
    not_stored: () =>
      "저장하지 못했습니다. 잠시 후 다시 시도해 주세요. 계속되면 앱 운영자에게 알려 주세요.",
    not_processed: () =>
      "여러 번 시도했지만 처리하지 못했습니다. 다시 시도해 주세요. 계속되면 이미지를 다시 내보낸 뒤 올려 주세요.",
  },
  editTags: "링크 및 설명 수정",
  deleteImage: "삭제",
  retryUpload: "다시 시도",
  confirmDelete: {
    title: "이미지를 삭제할까요?",
    question:
      "버킷에서 바로 삭제되어 이 이미지를 사용하는 페이지에 더 이상 표시되지 않습니다. 캐시에는 한동안 남아 있을 수 있습니다. 되돌릴 수 없습니다.",
    confirm: "삭제",
    deny: "취소",
  },
  modal: {
    title: "Upload to S3",
    upload: "업로드",
    submit: "저장",
    close: "닫기",
    loading: "잠시만 기다려 주세요…",
    saving:
      "업로드 중입니다. 잠시 후 이 창과 스레드에 태그가 표시됩니다. 앱이 글을 쓸 수 없는 대화라면 앱의 다이렉트 메시지로 보내 드립니다.",
    uploading: "업로드 중입니다. 잠시 후 이 창과 앱의 다이렉트 메시지에 태그가 표시됩니다.",
    uploadingEach:
      "업로드 중입니다. 여기에서 이미지마다 설명과 링크를 적어 주세요. 태그는 잠시 후 앱의 다이렉트 메시지에 표시되며, 저장하면 그곳에도 반영됩니다.",
    noImages: "이 메시지에는 이미지가 없습니다.",
    notInvited:
      "앱이 이 대화의 이미지를 볼 수 없습니다. /invite @Upload to S3 로 앱을 초대한 뒤 다시 시도하거나, 어디서나 쓸 수 있는 /upload-to-s3 로 이미지를 보내 주세요.",
    stillUploading:
      "저장했습니다. 업로드가 아직 진행 중이며 태그는 스레드나 앱의 다이렉트 메시지에 표시됩니다.",
    recordGone:
      "이 업로드의 기록이 더 이상 없습니다. 이미지가 있는 메시지에서 메시지 바로 가기 “Upload to S3”를 사용해 다시 업로드해 주세요.",
    deleted: "삭제된 이미지입니다. 다시 업로드하려면 이미지를 다시 올려 주세요.",
    unavailable: "처리하지 못했습니다. 잠시 후 다시 시도해 주세요.",
    moreImages: (count) => `이미지 ${count}개가 더 업로드됩니다. 스레드에서 수정할 수 있습니다.`,
  },
  fields: {
    link: "링크",
    alt: "설명",
    altHint: "이미지를 볼 수 없는 사람을 위해 무엇이 보이는지 한 문장으로 적어 주세요.",
    decorativeLabel: "장식용 이미지",
    decorative: "설명이 필요 없습니다",
    files: "이미지",
    filesHint: "이미지가 여러 개면 다음 단계에서 이미지마다 설명과 링크를 적을 수 있습니다.",
  },
  badLink: "https://, http:// 또는 mailto:로 시작하는 전체 주소를 입력해 주세요.",
  badAlt: {
    too_long: "500자 이내로 적어 주세요.",
    several_lines: "한 줄로 적어 주세요.",
    file_name:
      "파일 이름입니다. 이미지에 무엇이 보이는지 적어 주세요. 예: “공원에서 나무를 심는 두 아이”",
    says_nothing:
      "이미지에 무엇이 보이는지 적어 주세요. 예: “공원에서 나무를 심는 두 아이”. 또는 비워 두고 “장식용 이미지”를 선택해 주세요.",
  },
  describedDecorative:
    "장식용 이미지에는 설명이 없습니다. 설명을 지우거나 “장식용 이미지” 선택을 해제해 주세요.",
  noFiles: "이미지를 하나 이상 선택해 주세요.",
  membersOnly: "이 워크스페이스의 멤버만 할 수 있습니다.",
  notAllowedToDelete: "이미지를 올린 사람이나 앱 관리자만 삭제할 수 있습니다.",
  recordGone: "이 업로드의 기록이 더 이상 없습니다.",
  triggerExpired: "시간이 초과되어 창을 열지 못했습니다. 다시 시도해 주세요.",
  conflict: "다른 사람이 지금 수정하고 있습니다. 다시 시도해 주세요.",
  help: (version) =>
    [
      "`/upload-to-s3`는 어느 대화에서나 이미지를 최대 10개까지 올릴 수 있는 창을 열고, 태그를 다이렉트 메시지로 보내 드립니다.",
      "앱이 초대된 채널의 이미지는 자동으로 업로드되며, 모든 메시지에서 메시지 바로 가기 *Upload to S3*로도 업로드할 수 있습니다.",
      `버전 ${version}`,
    ].join("\n"),
};
