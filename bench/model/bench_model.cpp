// What one photo costs in the model, and how that compares with the plainest use of the runtime: the
// published file in a session with default options, run in a loop.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <random>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <onnxruntime_cxx_api.h>

#include "adapters/model_onnx/onnx_segmenter.hpp"
#include "adapters/model_onnx/sidecar.hpp"

namespace {

using namespace cutroom;
using Clock = std::chrono::steady_clock;

struct Cost {
  double wall_ms = 0.0;
  double cpu_ms = 0.0;  // Of the whole process.
};

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

template <class Fn>
Cost cost_of(Fn fn) {
  const double cpu = cpu_ms();
  const auto start = Clock::now();
  fn();
  return {std::chrono::duration<double, std::milli>(Clock::now() - start).count(), cpu_ms() - cpu};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Megabytes: now, and the most so far.
std::pair<long, long> resident() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  long total = 0;
  long now = 0;
  std::ifstream("/proc/self/statm") >> total >> now;
  return {now * 4096 / (1 << 20), usage.ru_maxrss / 1024};
}

// Soft shapes with some noise, so that the model has edges to find.
imaging::Image picture(imaging::Size size) {
  imaging::Image image(size, 3);
  std::mt19937 random(1);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double u = static_cast<double>(x) / size.width - 0.5;
      const double v = static_cast<double>(y) / size.height - 0.5;
      const bool inside = u * u * 3 + v * v * 1.5 < 0.2;
      for (int b = 0; b < 3; ++b) {
        image.row(y)[3 * x + b] =
            static_cast<std::uint8_t>((inside ? 160 + 20 * b : 60 - 10 * b) + random() % 32);
      }
    }
  }
  return image;
}

class BareLoop {
 public:
  explicit BareLoop(const std::filesystem::path& file) : session_(env_, file.c_str(), Ort::SessionOptions{}) {
    Ort::AllocatorWithDefaultOptions allocator;
    input_ = session_.GetInputNameAllocated(0, allocator).get();
    output_ = session_.GetOutputNameAllocated(0, allocator).get();
  }
  std::vector<float> run(imaging::Tensor& input) {
    const std::array<std::int64_t, 4> shape{1, input.channels, input.height, input.width};
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value value = Ort::Value::CreateTensor<float>(memory, input.values.data(), input.values.size(),
                                                             shape.data(), shape.size());
    const char* in = input_.c_str();
    const char* out = output_.c_str();
    const auto results = session_.Run(Ort::RunOptions{nullptr}, &in, &value, 1, &out, 1);
    const float* values = results[0].GetTensorData<float>();
    return {values, values + results[0].GetTensorTypeAndShapeInfo().GetElementCount()};
  }

 private:
  Ort::Env env_{ORT_LOGGING_LEVEL_ERROR, "bare"};
  Ort::Session session_;
  std::string input_;
  std::string output_;
};

// Takes a share of one core, as decoding and encoding do beside the model.
class Neighbour {
 public:
  explicit Neighbour(int percent)
      : thread_([percent](const std::stop_token& stop) {
          while (!stop.stop_requested() && percent > 0) {
            const auto busy_until = Clock::now() + std::chrono::milliseconds(percent / 5);
            while (Clock::now() < busy_until) {
            }
            std::this_thread::sleep_for(std::chrono::milliseconds((100 - percent) / 5));
          }
        }) {}

 private:
  std::jthread thread_;
};

void steps(imaging::Segmenter& model) {
  for (const imaging::Size size : {imaging::Size{1632, 1224}, imaging::Size{4000, 3000}}) {
    const imaging::Image image = picture(size);
    imaging::Tensor input = model.prepare(image).value();
    const imaging::Tensor output = model.infer(input, {}).value();
    std::vector<double> prepare;
    std::vector<double> finish;
    for (int i = 0; i < 9; ++i) {
      prepare.push_back(cost_of([&] { input = model.prepare(image).value(); }).cpu_ms);
      finish.push_back(cost_of([&] { return model.finish(output, size).value(); }).cpu_ms);
    }
    std::printf("%4.1f MP: prepare %5.1f ms, finish %5.1f ms (CPU, median of 9)\n",
                static_cast<double>(size.pixels()) / 1e6, median(prepare), median(finish));
  }
}

void compare(imaging::Segmenter& model, BareLoop& bare, int rounds, int runs, int busy_percent) {
  imaging::Tensor input = model.prepare(picture({1632, 1224})).value();
  const auto ours = model.infer(input, {}).value().values;
  const auto theirs = bare.run(input);
  double mean = 0.0;
  double most = 0.0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double difference = std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i]));
    mean += difference / static_cast<double>(ours.size());
    most = std::max(most, difference);
  }
  std::printf("output differs by %.1e in the mean, %.1e at most\n", mean, most);

  const Neighbour neighbour(busy_percent);
  std::vector<double> wall_ratios;
  std::vector<Cost> our_costs;
  std::vector<Cost> bare_costs;
  for (int round = 0; round < rounds; ++round) {
    Cost our_cost;
    Cost bare_cost;
    const auto run_ours = [&] {
      our_cost = cost_of([&] {
        for (int i = 0; i < runs; ++i) static_cast<void>(model.infer(input, {}).value());
      });
    };
    const auto run_bare = [&] {
      bare_cost = cost_of([&] {
        for (int i = 0; i < runs; ++i) bare.run(input);
      });
    };
    round % 2 == 0 ? (run_ours(), run_bare()) : (run_bare(), run_ours());
    our_costs.push_back({our_cost.wall_ms / runs, our_cost.cpu_ms / runs});
    bare_costs.push_back({bare_cost.wall_ms / runs, bare_cost.cpu_ms / runs});
    wall_ratios.push_back(bare_cost.wall_ms / our_cost.wall_ms);
  }
  const auto print = [](const char* name, const std::vector<Cost>& costs) {
    std::vector<double> wall;
    std::vector<double> cpu;
    for (const Cost& cost : costs) wall.push_back(cost.wall_ms), cpu.push_back(cost.cpu_ms);
    std::printf("%-6s %7.0f ms a run (%.0f at best), %7.0f ms CPU (%.0f at best)\n", name, median(wall),
                *std::min_element(wall.begin(), wall.end()), median(cpu),
                *std::min_element(cpu.begin(), cpu.end()));
  };
  print("ours", our_costs);
  print("bare", bare_costs);
  std::sort(wall_ratios.begin(), wall_ratios.end());
  std::printf("images/s, ours to bare: %.3f (%.3f to %.3f in %d rounds of %d runs)\n",
              wall_ratios[wall_ratios.size() / 2], wall_ratios.front(), wall_ratios.back(), rounds, runs);
}

void memory(imaging::Segmenter& model, int runs) {
  const imaging::Tensor input = model.prepare(picture({1632, 1224})).value();
  for (int i = 1; i <= runs; ++i) {
    static_cast<void>(model.infer(input, {}).value());
    if (i == 1 || i % 5 == 0) {
      const auto [now, peak] = resident();
      std::printf("after run %2d: %ld MB resident, %ld MB at most\n", i, now, peak);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "isnet-imgly-medium";
  int rounds = 5;
  int runs = 3;
  int busy = 0;
  int memory_runs = 0;
  model_onnx::OnnxOptions options;
  bool as_published = false;
  CLI::App app("Costs of the model's steps, and the ratio to a bare loop over the runtime");
  app.add_option("--model", name, "whose sidecar is in models/ and file in .deps/models/")
      ->capture_default_str();
  app.add_option("--rounds", rounds, "rounds of the comparison, 0: none")->capture_default_str();
  app.add_option("--runs", runs, "runs a round")->capture_default_str();
  app.add_option("--busy", busy, "percent of a core that something else takes meanwhile")
      ->capture_default_str();
  app.add_option("--threads", options.intra_threads, "threads of a run, 0: one a core")
      ->capture_default_str();
  app.add_flag("--spinning", options.spinning, "the runtime's waiting threads spin before they sleep");
  app.add_flag("--no-rewriting", as_published, "the network as it is in its file");
  app.add_option("--memory", memory_runs, "only this many runs, and what they do to the process's memory");
  CLI11_PARSE(app, argc, argv);

  const auto spec = model_onnx::read_sidecar(std::filesystem::path(CUTROOM_MODELS_DIR) / (name + ".toml"));
  if (!spec) return std::fprintf(stderr, "%s\n", spec.error().text().c_str()), 1;
  options.spec = *spec;
  options.rewrite = !as_published;
  options.file = std::filesystem::path(CUTROOM_DEPS_DIR) / "models" / spec->file;
  decltype(model_onnx::load_onnx_segmenter({})) model = Error{};
  const Cost load = cost_of([&] { model = model_onnx::load_onnx_segmenter(options); });
  if (!model) {
    return std::fprintf(stderr, "%s (%s)\n", model.error().text().c_str(), model.error().detail.c_str()), 1;
  }
  std::printf("%s: loaded in %.0f ms (%.0f ms CPU), %ld MB resident, %ld MB at most\n", name.c_str(),
              load.wall_ms, load.cpu_ms, resident().first, resident().second);
  if (memory_runs > 0) return memory(**model, memory_runs), 0;
  steps(**model);
  if (rounds > 0) {
    BareLoop bare(options.file);
    compare(**model, bare, rounds, runs, busy);
  }
  return 0;
}
