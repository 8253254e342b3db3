// cutroom remove IN OUT: the queue's pipeline on files, several at a time, with progress.
#include <iostream>

#include <CLI/CLI.hpp>
#include <spdlog/fmt/fmt.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "app/colour_text.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/model_folder.hpp"
#include "app/photo_files.hpp"
#include "app/pools.hpp"
#include "engine/cut_out_pipeline.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

PhotoPaths paths_of(const RemoveArguments& arguments) {
  return {
      .in = arguments.in, .out = arguments.out, .recursive = arguments.recursive, .format = arguments.format};
}

Result<imaging::CutOutOptions> options_of(const RemoveArguments& arguments) {
  imaging::CutOutOptions options{.quality = arguments.quality, .mask_only = arguments.mask_only};
  const auto format = format_of(paths_of(arguments));
  if (!format) return format.error();
  options.format = format->value_or(options.format);
  if (!arguments.background.empty()) {
    options.background = colour_from(arguments.background);
    if (!options.background)
      return Error{
          .code = Errc::invalid_input,
          .message = "'" + arguments.background + "' is not a colour; allowed: #rrggbb, white, black"};
  }
  return options;
}

int percent_after(engine::CutOutPipeline::Step step) {
  switch (step) {
    case engine::CutOutPipeline::Step::decoded:
      return 20;
    case engine::CutOutPipeline::Step::segmented:
      return 75;
    case engine::CutOutPipeline::Step::composed:
      return 95;
  }
  return 0;
}

awaitable<Result<PhotoOutcome>> cut_out(engine::CutOutPipeline& pipeline,
                                        const imaging::CutOutOptions& options, Bytes photo,
                                        std::stop_token stop, std::function<void(int)> report) {
  engine::StepTimes times;
  auto cut = co_await pipeline.run(std::move(photo), options, stop, times,
                                   [&](engine::CutOutPipeline::Step step) { report(percent_after(step)); });
  if (!cut) co_return cut.error();
  co_return PhotoOutcome{.file = std::move(cut->file),
                         .note = fmt::format("{}x{}", cut->facts.size.width, cut->facts.size.height)};
}

}  // namespace

CLI::App* add_remove_command(CLI::App& app, RemoveArguments& arguments) {
  auto* command = app.add_subcommand("remove", "remove the background of a photo or of a folder of photos");
  command->add_option("IN", arguments.in, "a photo, or a folder of photos")->required();
  command->add_option("OUT", arguments.out, "the result's file, or a folder")->required();
  command->add_option("--format", arguments.format, "png, webp or jpeg; by OUT's extension where not given");
  command->add_option("--background", arguments.background,
                      "compose onto this colour: #rrggbb, white, black");
  command->add_option("--quality", arguments.quality, "of jpeg and webp")->check(CLI::Range(1, 100));
  command->add_flag("--mask-only", arguments.mask_only, "write the mask as a grey picture");
  command->add_flag("--recursive", arguments.recursive, "folders below IN too");
  return command;
}

int run_remove(const Settings& settings, const RemoveArguments& arguments) {
  const auto complain = [](const Error& error, int code) {
    std::cerr << "cutroom: " << error.text() << '\n';
    return code;
  };
  const auto options = options_of(arguments);
  if (!options) return complain(options.error(), kExitUsage);
  auto tasks = photo_tasks(paths_of(arguments), options->format);
  if (!tasks) return complain(tasks.error(), kExitUsage);
  const auto model = find_model(settings.model, model_folders(settings));
  if (!model) return complain(model.error(), kExitUnavailable);

  const codec_vips::VipsLibrary vips;
  const codec_vips::VipsCodec codec(vips);
  const auto segmenter = model_onnx::load_onnx_segmenter(
      {.file = model->file, .spec = model->spec, .intra_threads = static_cast<int>(settings.model_threads)});
  if (!segmenter) return complain(segmenter.error(), kExitUnavailable);

  Pools pools(settings);
  engine::CutOutPipeline pipeline(
      {.codec = codec,
       .segmenter = **segmenter,
       .compute = pools.compute,
       .model_turn = pools.model_turn,
       .limits = {.bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
                  .pixels_max = static_cast<std::size_t>(settings.photo_pixels_max)}});
  return run_on_photos(
      settings, std::move(*tasks), [&](Bytes photo, std::stop_token stop, std::function<void(int)> report) {
        return cut_out(pipeline, *options, std::move(photo), std::move(stop), std::move(report));
      });
}

}  // namespace cutroom::app
