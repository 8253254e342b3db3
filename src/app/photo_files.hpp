// What the commands that work on photos share: which files are meant, where results go, and several at a time
// with progress.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "app/settings.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "imaging/image_codec.hpp"

namespace cutroom::app {

struct PhotoTask {
  std::filesystem::path in;
  std::filesystem::path out;
};

struct PhotoPaths {
  std::string in;   // A photo or a folder of them.
  std::string out;  // A file or a folder.
  bool recursive = false;
  std::string format;  // As asked for; empty: by OUT's extension, else the command's default.
};

// nullopt: neither flag nor extension says. invalid_input where it can't be written.
Result<std::optional<imaging::Format>> format_of(const PhotoPaths&);

// Makes the folders of results. invalid_input for people.
Result<std::vector<PhotoTask>> photo_tasks(const PhotoPaths&, imaging::Format);

// storage_failed.
Result<Bytes> read_file(const std::filesystem::path&);

// What came of one photo.
struct PhotoOutcome {
  Bytes file;
  std::string note;  // "600x600"
};

// One photo: its bytes, when to stop, where to report percents.
using PhotoFunction = std::function<boost::asio::awaitable<Result<PhotoOutcome>>(
    Bytes, std::stop_token, std::function<void(int percent)>)>;

// Several at a time, each with a line on standard error; SIGINT and SIGTERM stop it. The exit code.
int run_on_photos(const Settings&, std::vector<PhotoTask>, const PhotoFunction&);

}  // namespace cutroom::app
