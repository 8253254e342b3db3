// cutroom remove IN OUT: the queue's pipeline on files, several at a time, with progress.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/fmt/fmt.h>

#include "adapters/codec_vips/vips_codec.hpp"
#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "app/colour_text.hpp"
#include "app/commands/commands.hpp"
#include "app/exit_codes.hpp"
#include "app/model_folder.hpp"
#include "app/pools.hpp"
#include "app/progress_bar.hpp"
#include "engine/cut_out_pipeline.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;
using boost::asio::awaitable;

// Photos in the pipeline at the same time, as in the queue: one in the model, one before it, one behind it.
constexpr std::size_t kAtOnce = 3;

struct Task {
  fs::path in;
  fs::path out;
};

bool looks_like_photo(const fs::path& path) {
  static const std::set<std::string> extensions{".jpg",  ".jpeg", ".png",  ".webp", ".avif", ".heic",
                                                ".heif", ".tif",  ".tiff", ".gif",  ".bmp"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extensions.contains(extension);
}

Error usage(std::string message) { return {.code = Errc::invalid_input, .message = std::move(message)}; }

Result<imaging::CutOutOptions> options_of(const RemoveArguments& arguments) {
  imaging::CutOutOptions options{.quality = arguments.quality, .mask_only = arguments.mask_only};
  std::string word = arguments.format;
  if (word.empty() && !fs::is_directory(arguments.in)) {
    const std::string extension = fs::path(arguments.out).extension().string();
    if (!extension.empty()) word = extension.substr(1);
  }
  if (!word.empty()) {
    const auto format = imaging::format_from(word);
    if (!format) return usage("'" + word + "' is not a format that can be written; allowed: png, webp, jpeg");
    options.format = *format;
  }
  if (!arguments.background.empty()) {
    options.background = colour_from(arguments.background);
    if (!options.background)
      return usage("'" + arguments.background + "' is not a colour; allowed: #rrggbb, white, black");
  }
  return options;
}

std::string extension_of(imaging::Format format) {
  return format == imaging::Format::jpeg ? ".jpg" : "." + std::string(imaging::to_string(format));
}

// Two photos of one folder that differ in their extension only must not share one result.
fs::path free_name(const fs::path& folder, const fs::path& photo, const std::string& extension,
                   std::set<fs::path>& taken) {
  fs::path out = folder / (photo.stem().string() + extension);
  if (!taken.insert(out).second) {
    out = folder / (photo.filename().string() + extension);
    taken.insert(out);
  }
  return out;
}

Result<std::vector<Task>> tasks_of(const RemoveArguments& arguments, imaging::Format format) {
  const fs::path in = arguments.in;
  const fs::path out = arguments.out;
  std::vector<Task> tasks;
  std::set<fs::path> taken;
  std::error_code failed;
  if (!fs::exists(in, failed)) return usage("There is no file or folder " + in.string());
  if (!fs::is_directory(in, failed)) {
    const bool into_folder = fs::is_directory(out, failed) || arguments.out.ends_with('/');
    tasks.push_back({in, into_folder ? free_name(out, in, extension_of(format), taken) : out});
  } else {
    std::vector<fs::path> photos;
    const auto take = [&](const fs::directory_entry& entry) {
      if (entry.is_regular_file(failed) && looks_like_photo(entry.path())) photos.push_back(entry.path());
    };
    if (arguments.recursive)
      for (const auto& entry : fs::recursive_directory_iterator(in, failed)) take(entry);
    else
      for (const auto& entry : fs::directory_iterator(in, failed)) take(entry);
    std::sort(photos.begin(), photos.end());
    for (const fs::path& photo : photos) {
      const fs::path folder = out / fs::relative(photo.parent_path(), in, failed);
      tasks.push_back({photo, free_name(folder.lexically_normal(), photo, extension_of(format), taken)});
    }
    if (tasks.empty()) return usage("There are no photos in " + in.string());
  }
  for (const Task& task : tasks) {
    if (fs::exists(task.out, failed) && fs::equivalent(task.in, task.out, failed))
      return usage("The result would overwrite the photo " + task.in.string());
    if (!task.out.parent_path().empty()) fs::create_directories(task.out.parent_path(), failed);
    if (!task.out.parent_path().empty() && !fs::is_directory(task.out.parent_path(), failed))
      return usage("Can't make the folder " + task.out.parent_path().string());
  }
  return tasks;
}

Result<Bytes> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return Error{.code = Errc::storage_failed, .message = "can't be opened"};
  Bytes bytes(static_cast<std::size_t>(file.tellg()));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) return Error{.code = Errc::storage_failed, .message = "can't be read"};
  return bytes;
}

// Whole or not at all: whoever watches the folder never sees half a picture.
Result<void> write_file(const fs::path& path, const Bytes& bytes) {
  const fs::path part = path.string() + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  std::error_code failed;
  if (file) fs::rename(part, path, failed);
  if (!file || failed) {
    fs::remove(part, failed);
    return Error{.code = Errc::storage_failed, .message = "can't write " + path.string()};
  }
  return {};
}

struct Run {
  engine::CutOutPipeline& pipeline;
  imaging::CutOutOptions options;
  std::size_t photo_bytes_max;
  ProgressBar& bar;
  std::stop_source stop{};
  std::vector<Task> tasks;
  std::size_t next = 0;
  std::size_t failed = 0;
};

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

awaitable<Result<std::string>> one(Run& run, const Task& task, std::size_t line) {
  const auto started = std::chrono::steady_clock::now();
  std::error_code ignored;
  if (fs::file_size(task.in, ignored) > run.photo_bytes_max)
    co_return Error{.code = Errc::too_large,
                    .message = fmt::format("larger than {} bytes", run.photo_bytes_max)};
  auto photo = read_file(task.in);
  if (!photo) co_return photo.error();
  engine::StepTimes times;
  auto cut = co_await run.pipeline.run(
      std::move(*photo), run.options, run.stop.get_token(), times,
      [&](engine::CutOutPipeline::Step step) { run.bar.update(line, percent_after(step), ""); });
  if (!cut) co_return cut.error();
  if (auto written = write_file(task.out, cut->file); !written) co_return written.error();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  co_return fmt::format("{}x{}  {:.2f} s  {}", cut->facts.size.width, cut->facts.size.height, took.count(),
                        task.out.string());
}

awaitable<void> lane(Run& run) {
  while (run.next < run.tasks.size() && !run.stop.stop_requested()) {
    const Task& task = run.tasks[run.next++];
    const std::size_t line = run.bar.add(task.in.filename().string());
    const auto note = co_await one(run, task, line);
    if (!note) ++run.failed;
    run.bar.finish(line, note.has_value(), note ? *note : note.error().text());
  }
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
  auto tasks = tasks_of(arguments, options->format);
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
  ProgressBar bar;
  Run run{.pipeline = pipeline,
          .options = *options,
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .bar = bar,
          .tasks = std::move(*tasks)};

  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& cancelled, int) {
    if (!cancelled) run.stop.request_stop();
  });
  std::size_t open = std::min(kAtOnce, run.tasks.size());
  for (std::size_t i = open; i > 0; --i)
    boost::asio::co_spawn(io, lane(run), [&](std::exception_ptr bug) {
      if (--open == 0) signals.cancel();
      if (bug) std::rethrow_exception(bug);
    });
  io.run();
  if (run.stop.stop_requested()) return kExitInterrupted;
  return run.failed == 0 ? kExitOk : kExitSomeFailed;
}

}  // namespace cutroom::app
