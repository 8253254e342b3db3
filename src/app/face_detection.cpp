#include "app/face_detection.hpp"

#include <filesystem>
#include <optional>

#include "adapters/face_dlib/dlib_detector.hpp"
#include "adapters/face_yunet/yunet_detector.hpp"
#include "adapters/model_onnx/sidecar.hpp"
#include "app/model_folder.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;

struct FaceModel {
  std::string file = "face_detection_yunet_2023mar.onnx";
  std::string sha256;  // Empty: a folder without the sidecar; the network itself is checked all the same.
  std::string source = "https://github.com/opencv/opencv_zoo";
};

std::optional<fs::path> find_in(const std::vector<fs::path>& folders, const std::string& file) {
  std::error_code ignored;
  for (const fs::path& folder : folders)
    if (fs::is_regular_file(folder / file, ignored)) return folder / file;
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<imaging::FaceDetector>> make_face_detector(const Settings& settings) {
  if (settings.faces_model == "dlib")
    return face_dlib::make_dlib_detector({.landmarks_file = settings.faces_landmarks_file});

  const std::vector<fs::path> folders = model_folders(settings);
  FaceModel model;
  if (const auto sidecar = find_in(folders, "face-yunet.toml")) {
    const auto spec = model_onnx::read_sidecar(*sidecar);
    if (!spec) return spec.error();
    model = {.file = spec->file, .sha256 = spec->sha256, .source = spec->source};
  }
  if (const auto file = find_in(folders, model.file))
    return face_yunet::load_yunet({.file = *file, .sha256 = model.sha256});
  if (settings.faces_model == "yunet") {
    std::string looked;
    for (const fs::path& folder : folders) looked += (looked.empty() ? "" : ", ") + folder.string();
    return Error{.code = Errc::not_found,
                 .message = "The face model needs the file " + model.file + ", which is not in " + looked +
                            "; it comes from " + model.source};
  }
  return face_dlib::make_dlib_detector({.landmarks_file = settings.faces_landmarks_file});
}

}  // namespace cutroom::app
