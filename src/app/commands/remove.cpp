// cutroom remove IN OUT: the queue's pipeline on files, several at a time, with progress.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/colour_text.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/photo_files.hpp"
#include "app/photo_tools.hpp"
#include "engine/cut_out_input.hpp"
#include "engine/cut_out_pipeline.hpp"
#include "imaging/colour.hpp"

namespace cutroom::app {
namespace {

using boost::asio::awaitable;

PhotoPaths paths_of(const RemoveArguments& arguments) {
  return {
      .in = arguments.in, .out = arguments.out, .recursive = arguments.recursive, .format = arguments.format};
}

// As an order would have them, so that the same is allowed.
boost::json::object order_options_of(const RemoveArguments& arguments) {
  boost::json::object options{{"quality", arguments.quality}};
  if (arguments.mask_only) options["maskOnly"] = true;
  if (arguments.keep_edges) options["decontaminate"] = false;
  if (arguments.crop_margin) options["cropToSubject"] = {{"margin", *arguments.crop_margin}};
  if (arguments.shadow) options["shadow"] = true;
  if (!arguments.refine.empty()) options["refine"] = arguments.refine;
  // Only that there is one: the file is read here.
  if (!arguments.background_image.empty()) options["backgroundImageUrl"] = arguments.background_image;
  if (arguments.canvas.empty()) return options;
  boost::json::object canvas;
  int width = 0;
  int height = 0;
  char more = 0;
  if (std::sscanf(arguments.canvas.c_str(), "%dx%d%c", &width, &height, &more) == 2)
    canvas = {{"width", width}, {"height", height}};
  if (arguments.canvas_scale) canvas["scale"] = *arguments.canvas_scale;
  if (!arguments.canvas_position.empty()) canvas["position"] = arguments.canvas_position;
  options["canvas"] = std::move(canvas);
  return options;
}

Result<imaging::CutOutOptions> options_of(const RemoveArguments& arguments) {
  auto given = order_options_of(arguments);
  if (!arguments.background.empty()) {
    const auto colour = colour_from(arguments.background);
    if (!colour)
      return Error{
          .code = Errc::invalid_input,
          .message = "'" + arguments.background + "' is not a colour; allowed: #rrggbb, white, black"};
    given["background"] = imaging::to_string(imaging::Rgba{colour->r, colour->g, colour->b, 255});
  }
  const auto format = format_of(paths_of(arguments));
  if (!format) return format.error();
  if (*format) given["format"] = imaging::to_string(**format);
  engine::Problems problems;
  auto options = engine::read_cut_out_options(given, problems);
  if (problems.empty()) return options;
  return Error{.code = Errc::invalid_input,
               .message = problems.front().field + " " + problems.front().problem};
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
                                        const imaging::CutOutOptions& options, engine::CutOutInput input,
                                        std::stop_token stop, std::function<void(int)> report) {
  engine::StepTimes times;
  auto cut = co_await pipeline.run(std::move(input), options, stop, times,
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
  command->add_option("--background-image", arguments.background_image, "put this image behind the subject")
      ->check(CLI::ExistingFile);
  command->add_option("--crop-to-subject", arguments.crop_margin,
                      "crop to the subject with this margin, 0 to 1 of its longer side");
  auto* canvas = command->add_option("--canvas", arguments.canvas,
                                     "place the subject on a picture of this size, e.g. 1000x1000");
  command
      ->add_option("--canvas-scale", arguments.canvas_scale, "the share of it that the subject takes (0.9)")
      ->needs(canvas);
  command->add_option("--canvas-position", arguments.canvas_position, "center, top, bottom-right ...")
      ->needs(canvas);
  command->add_flag("--shadow", arguments.shadow, "a soft shadow under the subject");
  command->add_option("--refine", arguments.refine, "finer edges: none, guided, matting");
  command->add_flag("--keep-edges", arguments.keep_edges, "leave the old background's colour in soft edges");
  command->add_flag("--mask-only", arguments.mask_only, "write the mask as a grey picture");
  command->add_flag("--recursive", arguments.recursive, "folders below IN too");
  return command;
}

int run_remove(const Settings& settings, const RemoveArguments& arguments) {
  const auto options = options_of(arguments);
  if (!options) return complain(options.error(), kExitUsage);
  auto tasks = photo_tasks(paths_of(arguments), options->format);
  if (!tasks) return complain(tasks.error(), kExitUsage);
  Bytes background;
  if (!arguments.background_image.empty()) {
    auto file = read_file(arguments.background_image);
    if (!file) return complain(file.error(), kExitUsage);
    background = std::move(*file);
  }
  const auto segmenter = load_segmenter(settings);
  if (!segmenter) return complain(segmenter.error(), kExitUnavailable);

  PhotoTools tools(settings);
  engine::CutOutPipeline pipeline({.codec = tools.codec,
                                   .segmenter = **segmenter,
                                   .compute = tools.pools.compute,
                                   .model_turn = tools.pools.model_turn,
                                   .limits = tools.limits});
  return run_on_photos(
      settings, std::move(*tasks), [&](Bytes photo, std::stop_token stop, std::function<void(int)> report) {
        engine::CutOutInput input{.photo = std::move(photo), .background = Bytes::copy_of(background.span())};
        return cut_out(pipeline, *options, std::move(input), std::move(stop), std::move(report));
      });
}

}  // namespace cutroom::app
