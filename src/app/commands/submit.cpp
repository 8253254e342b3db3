// cutroom submit FILES: hands photos in at a running server, shows each one's progress, says where its
// cut-out is.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <spdlog/fmt/fmt.h>

#include "adapters/api_client/api_client.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/secret.hpp"
#include "app/exit_codes.hpp"
#include "app/progress_bar.hpp"

namespace cutroom::app {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

// A person looks at the bars: ten times a second is smooth, and a status costs the server next to nothing.
constexpr std::chrono::milliseconds kLook{100};
// At most 40 requests a second, however many photos.
constexpr std::chrono::milliseconds kPerPhoto{25};

struct Sent {
  fs::path file;
  std::string job_id;
  std::size_t line = 0;
  Steady::time_point began;
  bool ended = false;
};

class Submit {
 public:
  Submit(const SubmitArguments& arguments, std::string key)
      : arguments_(arguments),
        vendor_(arguments.vendor.empty() && key.empty() ? "shell" : arguments.vendor),
        client_(arguments.server, std::move(key)) {}

  int run() {
    for (const std::string& file : arguments_.files) send(file);
    while (std::any_of(sent_.begin(), sent_.end(), [](const Sent& s) { return !s.ended; })) {
      for (Sent& sent : sent_)
        if (!sent.ended && !look(sent)) return kExitUnavailable;
      std::this_thread::sleep_for(pause());
    }
    if (unavailable_) return kExitUnavailable;
    return failed_ == 0 ? kExitOk : kExitSomeFailed;
  }

 private:
  void send(const fs::path& file) {
    const std::size_t line = bar_.add(file.filename().string());
    const auto began = Steady::now();
    auto id = client_.upload({.photo = file,
                              .record_id = file.stem().string(),
                              .vendor_id = vendor_,
                              .project_id = arguments_.project});
    if (!id) {
      ++failed_;
      unavailable_ = unavailable_ || id.error().code == Errc::unavailable;
      bar_.finish(line, false, id.error().text());
      return;
    }
    sent_.push_back({.file = file, .job_id = std::move(*id), .line = line, .began = began});
  }

  // False: the server is gone.
  bool look(Sent& sent) {
    const auto job = client_.job(sent.job_id);
    if (!job && job.error().code == Errc::rate_limited) {
      // The photos are worked on all the same.
      bar_.update(sent.line, 0, job.error().text());
      wait_ = job.error().retry_after.value_or(kLook);
      return true;
    }
    if (!job) {
      bar_.finish(sent.line, false, job.error().text());
      return false;
    }
    if (job->state == "completed") {
      end(sent, *job);
    } else if (job->state == "failed") {
      ++failed_;
      sent.ended = true;
      bar_.finish(sent.line, false, job->failed_reason);
    } else {
      bar_.update(sent.line, job->progress, job->state);
    }
    return true;
  }

  void end(Sent& sent, const api_client::JobView& job) {
    sent.ended = true;
    const std::chrono::duration<double> took = Steady::now() - sent.began;
    std::string where = job.photo_url;
    if (!arguments_.out.empty()) {
      const fs::path to = fs::path(arguments_.out) /
                          (sent.file.stem().string() + fs::path(job.photo_url).extension().string());
      if (const auto got = client_.download(job.photo_url, to); !got) {
        ++failed_;
        bar_.finish(sent.line, false, got.error().text());
        return;
      }
      where = to.string();
    }
    bar_.finish(sent.line, true, fmt::format("{:.2f} s  {}", took.count(), where));
  }

  // Each look asks for every photo that is still open; the server's limit of reads is for everybody here.
  std::chrono::milliseconds pause() {
    const auto open = std::count_if(sent_.begin(), sent_.end(), [](const Sent& s) { return !s.ended; });
    return std::max({kLook, kPerPhoto * open, std::exchange(wait_, kLook)});
  }

  const SubmitArguments& arguments_;
  const std::string vendor_;
  api_client::ApiClient client_;
  ProgressBar bar_;
  std::vector<Sent> sent_;
  std::chrono::milliseconds wait_ = kLook;  // Asked for by the server.
  int failed_ = 0;
  bool unavailable_ = false;
};

}  // namespace

CLI::App* add_submit_command(CLI::App& app, SubmitArguments& arguments) {
  auto* command =
      app.add_subcommand("submit", "hand photos in at a running server and wait for their cut-outs");
  command->add_option("FILES", arguments.files, "photos")->required()->check(CLI::ExistingFile);
  command->add_option("--server", arguments.server, "its address")->capture_default_str();
  command->add_option("--vendor", arguments.vendor,
                      "whose photos they are (the key's, or \"shell\" without one)");
  command->add_option("--key-file", arguments.key_file, "a file with the vendor's key (else CUTROOM_KEY)")
      ->check(CLI::ExistingFile);
  command->add_option("--project", arguments.project, "the project's id")->capture_default_str();
  command->add_option("--out", arguments.out, "a folder to put the cut-outs into")
      ->check(CLI::ExistingDirectory);
  return command;
}

int run_submit(const SubmitArguments& arguments) {
  return Submit(arguments, secret_from(arguments.key_file, "CUTROOM_KEY")).run();
}

}  // namespace cutroom::app
