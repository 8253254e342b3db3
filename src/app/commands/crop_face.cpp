// cutroom crop-face IN OUT --mode passport: the queue's face crop on files, several at a time, with progress.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/colour_text.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/face_detection.hpp"
#include "app/face_presets.hpp"
#include "app/photo_files.hpp"
#include "app/photo_tools.hpp"
#include "engine/face_crop_work.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

Result<engine::FaceCropOptions> options_of(const CropFaceArguments& arguments, const PhotoPaths& paths,
                                           const imaging::FacePresets& presets) {
  engine::FaceCropOptions options{.mode = arguments.mode,
                                  .quality = arguments.quality,
                                  .rules = {.allow_several = arguments.allow_several,
                                            .allow_tilted = arguments.allow_tilted,
                                            .strict = arguments.strict}};
  const auto format = format_of(paths);
  if (!format) return format.error();
  options.format = *format;
  if (!arguments.background.empty()) {
    options.background = colour_from(arguments.background);
    if (!options.background)
      return Error{
          .code = Errc::invalid_input,
          .message = "'" + arguments.background + "' is not a colour; allowed: #rrggbb, white, black"};
  }
  return engine::face_crop_order_from(engine::face_crop_order_of(options), presets);
}

// "413x531", and what a person should look at.
std::string note_of(const boost::json::object& facts) {
  std::string note =
      fmt::format("{}x{}", facts.at("width").to_number<int>(), facts.at("height").to_number<int>());
  for (const auto& warning : facts.at("warnings").as_array()) note += "; " + std::string(warning.as_string());
  return note;
}

awaitable<Result<PhotoOutcome>> crop(engine::FaceCropWork& work, const engine::Payload& payload, Bytes photo,
                                     std::stop_token stop, std::function<void(int)> report) {
  engine::StepTimes times;
  engine::PhotoRun run{.stop = std::move(stop), .times = times, .report = std::move(report)};
  auto made = co_await work.run(std::move(photo), payload, run);
  if (!made) co_return made.error();
  co_return PhotoOutcome{.file = std::move(made->files.front().bytes), .note = note_of(made->facts)};
}

}  // namespace

CLI::App* add_crop_face_command(CLI::App& app, CropFaceArguments& arguments) {
  auto* command = app.add_subcommand("crop-face", "crop a photo or a folder of photos to ID photos");
  command->add_option("IN", arguments.in, "a photo, or a folder of photos")->required();
  command->add_option("OUT", arguments.out, "the result's file, or a folder")->required();
  command->add_option("--mode", arguments.mode, "a preset: passport, idcard, passport-us ...")->required();
  command->add_option("--format", arguments.format, "png, webp or jpeg; by OUT's extension or the preset");
  command->add_option("--background", arguments.background,
                      "put the person in front of this colour: #rrggbb, white, black");
  command->add_option("--quality", arguments.quality, "of jpeg and webp")->check(CLI::Range(1, 100));
  command->add_flag("--allow-several", arguments.allow_several, "take the most prominent of several faces");
  command->add_flag("--allow-tilted", arguments.allow_tilted,
                    "turn a head upright that leans by more than 15 degrees");
  command->add_flag("--strict", arguments.strict, "fail where a rule of the preset is not met");
  command->add_flag("--recursive", arguments.recursive, "folders below IN too");
  return command;
}

int run_crop_face(const Settings& settings, const CropFaceArguments& arguments) {
  const PhotoPaths paths{
      .in = arguments.in, .out = arguments.out, .recursive = arguments.recursive, .format = arguments.format};
  const auto presets = read_face_presets(settings.faces_presets_dir);
  if (!presets) return complain(presets.error(), kExitUsage);
  const auto options = options_of(arguments, paths, *presets);
  if (!options) return complain(options.error(), kExitUsage);
  auto tasks = photo_tasks(paths, options->format.value_or(presets->find(options->mode)->format));
  if (!tasks) return complain(tasks.error(), kExitUsage);
  const auto detector = make_face_detector(settings);
  if (!detector) return complain(detector.error(), kExitUnavailable);

  PhotoTools tools(settings);
  std::unique_ptr<imaging::Segmenter> segmenter;
  if (options->background) {
    auto loaded = load_segmenter(settings);
    if (!loaded) return complain(loaded.error(), kExitUnavailable);
    segmenter = std::move(*loaded);
  }
  engine::FaceCropWork work({.codec = tools.codec,
                             .detector = **detector,
                             .presets = *presets,
                             .compute = tools.pools.compute,
                             .model_turn = tools.pools.model_turn,
                             .limits = tools.limits});
  if (segmenter) work.use(*segmenter);
  const engine::Payload payload{.work = engine::face_crop_order_of(*options)};
  return run_on_photos(settings, std::move(*tasks),
                       [&](Bytes photo, std::stop_token stop, std::function<void(int)> report) {
                         return crop(work, payload, std::move(photo), std::move(stop), std::move(report));
                       });
}

}  // namespace cutroom::app
