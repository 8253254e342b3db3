#include "app/photo_files.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/exit_codes.hpp"
#include "app/progress_bar.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;
using boost::asio::awaitable;

// Photos in the pipeline at the same time, as in the queue: one in the model, one before it, one behind it.
constexpr std::size_t kAtOnce = 3;

bool looks_like_photo(const fs::path& path) {
  static const std::set<std::string> extensions{".jpg",  ".jpeg", ".png",  ".webp", ".avif", ".heic",
                                                ".heif", ".tif",  ".tiff", ".gif",  ".bmp"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extensions.contains(extension);
}

Error usage(std::string message) { return {.code = Errc::invalid_input, .message = std::move(message)}; }

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
  const PhotoFunction& work;
  std::size_t photo_bytes_max;
  ProgressBar& bar;
  std::vector<PhotoTask> tasks;
  std::stop_source stop{};
  std::size_t next = 0;
  std::size_t failed = 0;
};

awaitable<Result<std::string>> one(Run& run, const PhotoTask& task, std::size_t line) {
  const auto started = std::chrono::steady_clock::now();
  std::error_code ignored;
  if (fs::file_size(task.in, ignored) > run.photo_bytes_max)
    co_return Error{.code = Errc::too_large,
                    .message = fmt::format("larger than {} bytes", run.photo_bytes_max)};
  auto photo = read_file(task.in);
  if (!photo) co_return photo.error();
  std::function<void(int)> report = [&run, line](int percent) { run.bar.update(line, percent, ""); };
  auto outcome = co_await run.work(std::move(*photo), run.stop.get_token(), std::move(report));
  if (!outcome) co_return outcome.error();
  if (auto written = write_file(task.out, outcome->file); !written) co_return written.error();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  co_return fmt::format("{}  {:.2f} s  {}", outcome->note, took.count(), task.out.string());
}

awaitable<void> lane(Run& run) {
  while (run.next < run.tasks.size() && !run.stop.stop_requested()) {
    const PhotoTask& task = run.tasks[run.next++];
    const std::size_t line = run.bar.add(task.in.filename().string());
    const auto note = co_await one(run, task, line);
    if (!note) ++run.failed;
    run.bar.finish(line, note.has_value(), note ? *note : note.error().text());
  }
}

}  // namespace

Result<Bytes> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return Error{.code = Errc::storage_failed, .message = "can't be opened"};
  Bytes bytes(static_cast<std::size_t>(file.tellg()));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) return Error{.code = Errc::storage_failed, .message = "can't be read"};
  return bytes;
}

Result<std::optional<imaging::Format>> format_of(const PhotoPaths& paths) {
  std::string word = paths.format;
  if (word.empty() && !fs::is_directory(paths.in)) {
    const std::string extension = fs::path(paths.out).extension().string();
    if (!extension.empty()) word = extension.substr(1);
  }
  if (word.empty()) return std::optional<imaging::Format>();
  const auto format = imaging::format_from(word);
  if (!format)
    return usage("'" + word + "' is not a format that can be written; allowed: png, webp, jpeg, avif");
  return format;
}

Result<std::vector<PhotoTask>> photo_tasks(const PhotoPaths& arguments, imaging::Format format) {
  const fs::path in = arguments.in;
  const fs::path out = arguments.out;
  std::vector<PhotoTask> tasks;
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
  for (const PhotoTask& task : tasks) {
    if (fs::exists(task.out, failed) && fs::equivalent(task.in, task.out, failed))
      return usage("The result would overwrite the photo " + task.in.string());
    if (!task.out.parent_path().empty()) fs::create_directories(task.out.parent_path(), failed);
    if (!task.out.parent_path().empty() && !fs::is_directory(task.out.parent_path(), failed))
      return usage("Can't make the folder " + task.out.parent_path().string());
  }
  return tasks;
}

int run_on_photos(const Settings& settings, std::vector<PhotoTask> tasks, const PhotoFunction& work) {
  ProgressBar bar;
  Run run{.work = work,
          .photo_bytes_max = static_cast<std::size_t>(settings.photo_bytes_max),
          .bar = bar,
          .tasks = std::move(tasks)};
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
