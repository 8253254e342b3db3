#include "app/settings/row_kinds.hpp"
#include "app/settings/sections.hpp"

namespace cutroom::app {

std::vector<SettingRow> model_rows() {
  return {
      text_row({.key = "model.name",
                .flag = "model",
                .environment = "CUTROOM_MODEL",
                .allowed = "a sidecar's name",
                .meaning = "the background-removal model"},
               &Settings::model),
      list_row({.key = "model.dirs",
                .flag = "models",
                .environment = "CUTROOM_MODELS",
                .allowed = "folders, comma-separated",
                .meaning = "where sidecars and ONNX files lie"},
               &Settings::models_dirs),
      number_row({.key = "model.threads",
                  .environment = "CUTROOM_MODEL_THREADS",
                  .allowed = "0..256; 0: all cores",
                  .meaning = "threads of one model run"},
                 &Settings::model_threads, {0, 256}),
      choice_row({.key = "faces.model",
                  .environment = "CUTROOM_FACES_MODEL",
                  .allowed = "auto, yunet or dlib",
                  .meaning = "what finds faces; auto: YuNet where a folder of models has it, else dlib"},
                 &Settings::faces_model, {"auto", "yunet", "dlib"}),
      text_row({.key = "faces.presets_dir",
                .environment = "CUTROOM_FACES_PRESETS_DIR",
                .allowed = "a folder",
                .meaning = "presets of your own for face crops, NAME.toml each"},
               &Settings::faces_presets_dir),
      text_row({.key = "faces.landmarks_file",
                .environment = "CUTROOM_FACES_LANDMARKS_FILE",
                .allowed = "a file",
                .meaning = "a shape predictor with 5 or 68 points for faces.model = dlib"},
               &Settings::faces_landmarks_file),
  };
}

}  // namespace cutroom::app
